"""The settings of an S3 store, read and checked."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tripinvoice.adapters.s3_client import S3Client
from tripinvoice.adapters.s3_place import S3Place, address
from tripinvoice.errors import ConfigurationError
from tripinvoice.ports import Shelf

SECRET = "do-not-tell-me"  # noqa: S105 - it is looked for in error texts


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://s3.eu-central-1.amazonaws.com/invoices", ("s3.eu-central-1.amazonaws.com", "invoices", True)),
        ("s3://store:9000/invoices/", ("store:9000", "invoices", True)),
        ("s3+http://127.0.0.1:9000/invoices", ("127.0.0.1:9000", "invoices", False)),
        ("s3+http://[::1]:9000/a-{country}-{year}", ("[::1]:9000", "a-{country}-{year}", False)),
    ],
)
def test_an_address_is_endpoint_and_bucket(url: str, expected: tuple[str, str, bool]) -> None:
    """With TLS unless it says otherwise."""
    assert address(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///invoices",
        "s3://host",
        "s3://host/",
        "s3://host/a/b",
        "s3://host:port/a",
        "s3://host:99999/a",
        f"s3://user:{SECRET}@host/a",
        f"s3://host/a?secret={SECRET}",
        f"s3://host/a#{SECRET}",
    ],
)
def test_a_wrong_address_names_the_setting_and_tells_no_secret(url: str) -> None:
    """Whoever wrote it finds it."""
    with pytest.raises(ConfigurationError) as caught:
        address(url)
    assert (caught.value.field, SECRET in caught.value.message) == ("TRIPINVOICE_DOCUMENTS", False)


def place(**options: Any) -> S3Place:
    return S3Place(**{"endpoint": "store:9000", "bucket": "invoices", **options})


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        ("invoices", "invoices"),
        ("invoices-{country}", "invoices-gb"),
        ("invoices-{year}", "invoices-2025"),
        ("{year}.{country}", "2025.gb"),
    ],
)
def test_a_bucket_goes_by_country_and_year(bucket: str, expected: str) -> None:
    """Of the trip's end. Names that the pattern can give are recognised, others are not."""
    made = place(bucket=bucket)
    assert made.bucket_of(Shelf(country="GB", line_of_business="rides", day=date(2025, 12, 31))) == expected
    assert made.is_bucket(expected)
    assert not made.is_bucket(f"{expected}0")
    assert not made.is_bucket(expected.replace("gb", "GB").replace("2025", "20255").replace("invoices", "other"))


@pytest.mark.parametrize(
    "bucket",
    ["", "ab", "a" * 64, "Invoices", "a_b", "-ab", "ab-", "a..b", "1.2.3.4", "xn--a", "a-{month}", "a-{}", "a b c"],
)
def test_a_bucket_that_no_store_takes_is_refused(bucket: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigurationError) as caught:
        place(bucket=bucket)
    assert caught.value.field == "TRIPINVOICE_DOCUMENTS"


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"access_key": "somebody"}, "TRIPINVOICE_S3_SECRET_KEY"),
        ({"ca": Path("no-such-file.pem")}, "TRIPINVOICE_S3_CA"),
        ({"encryption": "aes256"}, "TRIPINVOICE_S3_ENCRYPTION"),
        ({"encryption": "aws:kms"}, "TRIPINVOICE_S3_ENCRYPTION"),
        ({"encryption": "aws:kms:"}, "TRIPINVOICE_S3_ENCRYPTION"),
        ({"encryption": "aws:kms:a b"}, "TRIPINVOICE_S3_ENCRYPTION"),
        ({"endpoint": "invoices.s3.amazonaws.com"}, "TRIPINVOICE_DOCUMENTS"),
        ({"region": "../x"}, "TRIPINVOICE_S3_REGION"),
    ],
)
def test_what_cannot_work_names_the_setting(options: dict[str, Any], setting: str) -> None:
    """Each by its own."""
    with pytest.raises(ConfigurationError) as caught:
        S3Client(place(**options))
    assert caught.value.field == setting


@pytest.mark.parametrize("encryption", ["", "AES256", "aws:kms:my-key", "aws:kms:arn:aws:kms:eu-central-1:1:key/a-b"])
def test_the_ways_to_encrypt_are_taken(encryption: str) -> None:
    """None, the store's key, or one of the key management."""
    assert place(encryption=encryption).encryption == encryption


def test_a_place_shows_no_secret() -> None:
    """It may be printed."""
    assert SECRET not in repr(place(access_key="somebody", secret_key=SECRET))
