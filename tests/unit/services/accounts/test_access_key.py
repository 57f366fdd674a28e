"""API keys: their form, their checksum, and what is stored of them."""

import re
import zlib

from services.accounts.access_key import PREFIX, digest, is_well_formed, new_access_key


def test_keys_differ_and_have_the_documented_form():
    keys = {new_access_key() for _ in range(500)}
    assert len(keys) == 500
    assert all(re.fullmatch(r"pocr_[0-9A-Za-z]{49}", key) and is_well_formed(key) for key in keys)
    # 256 bits: the random part uses the whole range of base 62.
    assert len({key[10] for key in keys}) > 50


def test_the_checksum_finds_every_changed_character():
    key = new_access_key()
    for place in range(len(PREFIX), len(key)):
        other = "a" if key[place] != "a" else "b"
        assert not is_well_formed(key[:place] + other + key[place + 1 :]), place
    assert not is_well_formed(key + "0") and not is_well_formed(key[:-1]) and not is_well_formed("")


def test_the_checksum_is_the_crc32_in_base_62():
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    key = new_access_key()
    number = 0
    for char in key[-6:]:
        number = number * 62 + digits.index(char)
    assert number == zlib.crc32(key[5:48].encode())


def test_the_digest_is_a_sha256_that_does_not_contain_the_key():
    key = new_access_key()
    assert re.fullmatch("[0-9a-f]{64}", digest(key)) and digest(key) != digest(key[:-1] + "~")
    assert digest("Schlüssel"), "a credential may have any character that a header can have"
