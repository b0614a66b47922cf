"""Events to each person's distinct keywords."""

import re
import unicodedata
from pathlib import Path

import polars

COLUMNS = {
    "user_id": polars.String, "timestamp": polars.String, "action": polars.String,
    "query": polars.String, "annotations": polars.List(polars.String),
    "interests": polars.List(polars.String),
}
SOURCES = {"query": "query", "annotations": "annotation", "interests": "interest"}


def files(inputs: list[Path]) -> list[Path]:
    out = []
    for path in inputs:
        if path.is_dir():
            out += sorted(p for p in path.iterdir() if p.name.startswith("events") or p.suffix == ".parquet")
        else:
            out.append(path)
    return out


def to_time(column: str) -> polars.Expr:
    """RFC 3339, "YYYY-MM-DD HH:MM:SS", or seconds or milliseconds since 1970."""
    number = polars.col(column).cast(polars.Int64, strict=False)
    from_number = (
        polars.when(number.abs() >= 10**11).then(number).otherwise(number * 1000)
        .cast(polars.Datetime("ms", "UTC"))
    )
    text = polars.col(column).str.replace(" ", "T").str.replace(r"(\d)$", "${1}Z")
    return polars.coalesce(
        from_number, text.str.to_datetime("%+", time_zone="UTC", time_unit="ms", strict=False)
    )


def read_events(inputs: list[Path]) -> polars.DataFrame:
    """All rows, with the columns of the contract that the assembly uses."""
    frames = []
    for path in files(inputs):
        if path.suffix == ".parquet":
            frame = polars.read_parquet(path)
        else:
            frame = polars.read_ndjson(path, schema_overrides={"user_id": polars.String}, infer_schema_length=10000)
        columns = []
        for name, kind in COLUMNS.items():
            if name not in frame.columns:
                columns.append(polars.lit(None, kind).alias(name))
            elif name == "timestamp" and frame.schema[name].is_temporal():
                columns.append(polars.col(name).dt.epoch("ms").cast(polars.String))
            else:
                columns.append(polars.col(name).cast(kind))
        frames.append(frame.select(columns))
    return polars.concat(frames).with_columns(to_time("timestamp").alias("at")).drop("timestamp")


def normalise(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def keywords(events: polars.DataFrame) -> polars.DataFrame:
    """One row a person and distinct keyword: sources, count, first_seen, last_seen."""
    parts = []
    for column, source in SOURCES.items():
        part = events.select("user_id", "at", polars.col(column).alias("raw"))
        if events.schema[column] == polars.List(polars.String):
            part = part.explode("raw")
        parts.append(part.drop_nulls("raw").with_columns(polars.lit(source).alias("source")))
    rows = polars.concat(parts)
    # Each distinct text is normalised once.
    raw = rows["raw"].unique()
    names = polars.DataFrame({"raw": raw, "keyword": [normalise(text) for text in raw]})
    return (
        rows.join(names, on="raw").filter(polars.col("keyword") != "")
        .group_by("user_id", "keyword")
        .agg(
            polars.col("source").unique().sort().alias("sources"),
            polars.len().alias("count"),
            polars.col("at").min().alias("first_seen"),
            polars.col("at").max().alias("last_seen"),
        )
        .sort("user_id", "keyword")
    )
