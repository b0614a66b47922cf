#!/usr/bin/env python3
"""Checks that DuckDB and pandas open Wayline's Parquet files with their types, without a cast.

usage: check-parquet-opens.py journeys.parquet keywords.parquet

Needs duckdb, pandas and pyarrow. Exit status 1 and a line on standard error say what is wrong.
"""

import sys

import duckdb
import pandas as pd

TIME = "TIMESTAMP WITH TIME ZONE"

JOURNEYS = {
    "user_id": "VARCHAR",
    "journey_id": "VARCHAR",
    "rank": "INTEGER",
    "name": "VARCHAR",
    "name_source": "VARCHAR",
    "keywords": "STRUCT(keyword VARCHAR, sources VARCHAR[], count INTEGER, weight DOUBLE)[]",
    "interests": "VARCHAR[]",
    "stage": "STRUCT(lifecycle VARCHAR, status VARCHAR, phase VARCHAR)",
    "confidence": "DOUBLE",
    "score": "DOUBLE",
    "started_at": TIME,
    "last_active_at": TIME,
    "events": "INTEGER",
    "visits": "INTEGER",
    "boards": "VARCHAR[]",
    "items": "VARCHAR[]",
    "run": "STRUCT(run_id VARCHAR, schema_version INTEGER, config_hash VARCHAR, models VARCHAR, "
    f"corpus_hash VARCHAR, as_of {TIME})",
}
KEYWORDS = {
    "user_id": "VARCHAR",
    "keyword": "VARCHAR",
    "journey_id": "VARCHAR",
    "reason": "VARCHAR",
    "sources": "VARCHAR[]",
    "count": "INTEGER",
    "first_seen": TIME,
    "last_seen": TIME,
}


def check(path, expected):
    """Opens a file with both and compares types; fields may be added, never changed."""
    relation = duckdb.read_parquet(path)
    found = dict(zip(relation.columns, map(lambda it: str(it).replace('"', ""), relation.types)))
    for column, kind in expected.items():
        if found.get(column) != kind:
            raise SystemExit(f"{path}: DuckDB sees {column} as {found.get(column)}, not {kind}")
    rows = relation.count("*").fetchall()[0][0]
    frame = pd.read_parquet(path)
    if len(frame) != rows:
        raise SystemExit(f"{path}: pandas reads {len(frame)} rows, DuckDB {rows}")
    for column, kind in expected.items():
        kind_seen = frame[column].dtype
        if kind == TIME and not isinstance(kind_seen, pd.DatetimeTZDtype):
            raise SystemExit(f"{path}: pandas sees {column} as {kind_seen}, not as times in UTC")
        if kind == "INTEGER" and kind_seen.kind != "i":
            raise SystemExit(f"{path}: pandas sees {column} as {kind_seen}, not as integers")
        if kind.endswith("[]") and rows and not hasattr(frame[column].iloc[0], "tolist"):
            raise SystemExit(f"{path}: pandas sees {column} not as lists")
    return rows


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    journeys, keywords = sys.argv[1:]
    counts = check(journeys, JOURNEYS), check(keywords, KEYWORDS)
    # A question that needs the types: nested lists, times, and both files together.
    ((answer,),) = duckdb.sql(
        f"""
        SELECT count(*) FROM '{keywords}' AS k
        LEFT JOIN '{journeys}' AS j USING (user_id, journey_id)
        WHERE len(k.sources) > 0 AND k.last_seen >= k.first_seen
          AND (j.keywords IS NULL OR j.keywords[1].count > 0)
          AND (j.run IS NULL OR j.run.as_of > TIMESTAMPTZ '1990-01-01')
        """
    ).fetchall()
    if answer != counts[1]:
        raise SystemExit(f"a question to both files gave {answer} rows instead of {counts[1]}")
    print(f"DuckDB and pandas open {counts[0]} journeys and {counts[1]} keywords with their types")


if __name__ == "__main__":
    main()
