"""What a user has who has nothing of this project: run in a process of its own.

On its standard input a JSON object with ``format`` (the path of the format's Python file),
``program`` (the path of what it wrote) and ``points`` (B, D); on its standard output the
``fields`` (B, C) there, those of the ``first_point`` by itself (1, C), and the ``gradients``
(C, B, D) by the coordinates.
"""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any


def main() -> None:
    """Answer one question."""
    question = json.load(sys.stdin)
    evaluate = _module(question["format"]).load(question["program"])
    fields, gradients = evaluate(question["points"])
    first_point, _ = evaluate(question["points"][:1])
    ours = [name for name in sys.modules if name.split(".")[0] == "nas"]
    if ours:
        sys.exit(f"expected nothing of this project, but {', '.join(ours)} had been imported")
    json.dump({"fields": fields, "first_point": first_point, "gradients": gradients}, sys.stdout)


def _module(path: str) -> Any:
    spec = spec_from_file_location("the_format", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
