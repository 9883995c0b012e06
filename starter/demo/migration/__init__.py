"""The demonstration of a migration: a candidate is rolled out in three countries, and is wrong in one of them."""
