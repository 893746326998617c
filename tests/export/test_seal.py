import hashlib
import json

import pytest

from nas.export.seal import is_whole, sealed, sha256

SAID = {"title": "ü \ud800", "experts": [{"width": 16, "scale": 1e-300}], "gate": None}


def test_the_digest_is_that_of_sha256sum() -> None:
    assert sha256(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_layout_does_not_count() -> None:
    text = json.dumps(sealed(SAID), indent=3, sort_keys=True)
    assert is_whole(json.loads(text))
    assert sealed(sealed(SAID)) == sealed(SAID)


@pytest.mark.parametrize(
    "change",
    [{"title": "u"}, {"gate": {}}, {"experts": []}, {"more": 1}, {"sha256": "0" * 64}],
)
def test_whatever_is_said_counts(change: dict[str, object]) -> None:
    assert not is_whole(sealed(SAID) | change)
