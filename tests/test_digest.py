"""A digest within the file that it is of."""

import pytest

from nas import digest


@pytest.mark.parametrize("other", [0, "", "0" * 64, ["0"], digest.BLANK])
def test_what_is_no_digest_of_the_file_is_refused(other: object) -> None:
    file = digest.sealed(f"a {digest.BLANK} b".encode())
    with pytest.raises(ValueError, match="its digest is that of other contents"):
        digest.check(file, other)


def test_every_bit_counts() -> None:
    file = digest.sealed(f"a {digest.BLANK} b".encode())
    known = file[2:66].decode()
    digest.check(file, known)
    for bit in range(8 * len(file)):
        damaged = bytearray(file)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match="its digest is that of other contents"):
            digest.check(bytes(damaged), known)


def test_a_file_of_a_version_without_digests_is_not_compared() -> None:
    digest.check(b"anything", None)
