"""A plate that is heated on one side and cooled on the others: fields with jumps of both kinds."""

import json
from typing import Any

from nas.problems import Box, Condition, Problem, laplacian
from tests.export import made_campaign

COOLED = Problem(
    "plate",
    Box(x=(0, 1), y=(0, 2), t=(0, 3)),
    lambda u: u.t - 0.1 * laplacian(u),
    [
        Condition("t_min", lambda u: u - 20),
        Condition("y_max", lambda u: u - 50),
        Condition(("x_min", "x_max", "y_min"), lambda u: u),
    ],
)
FACTS: dict[str, Any] = made_campaign.PROBLEM | {
    "coordinates": list(COOLED.coordinates),
    "bounds": [list(ends) for ends in COOLED.domain.bounds],
    "fields": ["u"],
    "ansatz": json.loads(json.dumps(COOLED.describe_ansatz())),
}
