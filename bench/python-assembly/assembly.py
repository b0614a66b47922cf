"""Journeys as one would glue them together in Python: sentence embeddings,
hierarchical clustering a person, the medoid as the name.

    python assembly.py INPUT... -o journeys.jsonl [--keywords keywords.jsonl]
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import time
from itertools import islice
from pathlib import Path

# One thread a worker process: more would fight over the same cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from encoder import Encoder
from events import keywords, read_events

MIN_KEYWORDS = 3


def cluster(job: tuple[np.ndarray, float]) -> tuple[np.ndarray, np.ndarray]:
    """Average linkage on cosine distance: a cluster number a keyword, and each
    keyword's mean similarity to its cluster."""
    vectors, cut = job
    if len(vectors) == 1:
        return np.ones(1, int), np.ones(1, np.float32)
    similarity = vectors @ vectors.T
    distances = np.maximum(1.0 - similarity, 0.0)
    np.fill_diagonal(distances, 0.0)
    groups = fcluster(linkage(squareform(distances, checks=False), "average"), cut, "distance")
    member = np.zeros((len(groups), groups.max() + 1), np.float32)
    member[np.arange(len(groups)), groups] = 1.0
    centrality = (similarity @ member)[np.arange(len(groups)), groups] / member.sum(0)[groups]
    return groups, centrality


def rows_of(user: str, person: dict, groups: np.ndarray, centrality: np.ndarray, as_of) -> tuple[list, list]:
    """The journey and keyword rows of one person."""
    by_group: dict[int, list[int]] = {}
    for i, group in enumerate(groups.tolist()):
        by_group.setdefault(group, []).append(i)
    count, names = person["count"], person["keyword"]
    kept = [members for members in by_group.values() if len(members) >= MIN_KEYWORDS]
    kept.sort(key=lambda members: (-sum(count[i] for i in members), names[members[0]]))
    journeys, journey_of = [], {}
    for rank, members in enumerate(kept, 1):
        medoid = max(members, key=lambda i: (centrality[i], count[i]))
        first = min(person["first_seen"][i] for i in members)
        last = max(person["last_seen"][i] for i in members)
        identity = hashlib.blake2b(f"{user}\0{names[medoid]}".encode(), digest_size=9).hexdigest()
        for i in members:
            journey_of[i] = identity
        members.sort(key=lambda i: (-count[i], names[i]))
        journeys.append({
            "user_id": user, "journey_id": identity, "rank": rank, "name": names[medoid],
            "name_source": "interest" if person["sources"][medoid] == ["interest"] else "keyword",
            "keywords": [
                {"keyword": names[i], "sources": person["sources"][i], "count": count[i],
                 "weight": round(float(centrality[i]), 4)} for i in members
            ],
            "interests": [names[i] for i in members if "interest" in person["sources"][i]],
            "stage": {
                "lifecycle": "situational",
                "status": "ongoing" if (as_of - last).days < 14 else "ended", "phase": None,
            },
            # Not calibrated: how alike the keywords are.
            "confidence": round(float(np.clip(centrality[members].mean(), 0, 1)), 4), "score": sum(count[i] for i in members),
            "started_at": first.isoformat(), "last_active_at": last.isoformat(),
            "events": sum(count[i] for i in members),
        })
    rows = [
        {"user_id": user, "keyword": names[i], "journey_id": journey_of.get(i),
         "reason": None if i in journey_of else "weak_evidence", "sources": person["sources"][i],
         "count": count[i], "first_seen": person["first_seen"][i].isoformat(),
         "last_seen": person["last_seen"][i].isoformat()}
        for i in range(len(names))
    ]
    return journeys, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", type=Path, help=".jsonl or .parquet, or a folder of them")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--keywords", type=Path)
    parser.add_argument("--cut", type=float, default=0.7, help="cosine distance at which merging stops")
    parser.add_argument("--precision", choices=["int8", "float32"], default="int8")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32, help="texts a call of the model")
    parser.add_argument("--people-at-once", type=int, default=256)
    parser.add_argument("--embed-cache", type=int, default=200_000, help="texts that are remembered")
    parser.add_argument("--no-embed-cache", action="store_true", help="embed every person's texts anew")
    parser.add_argument("--work", type=Path, default=Path.home() / ".cache" / "wayline-python-assembly")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    options = parser.parse_args()

    remembered = 0 if options.no_embed_cache else options.embed_cache
    # Making the graph and the workers, and loading, don't count.
    encoder = Encoder(options.precision, options.work, options.threads, options.batch, remembered)
    with multiprocessing.get_context("spawn").Pool(options.threads) as pool:
        pool.map(cluster, [(np.eye(3, 384, dtype=np.float32), 0.7)] * 4 * options.threads)
        start = time.perf_counter()
        table = keywords(read_events(options.inputs))
        as_of = table["last_seen"].max()
        people = (
            (part["user_id"][0], {name: part[name].to_list() for name in part.columns})
            for part in table.partition_by("user_id", maintain_order=True)
        )
        spent = {"read": time.perf_counter() - start, "embed": 0.0, "cluster": 0.0, "write": 0.0}
        journey_count = person_count = 0
        with options.output.open("w") as journeys_file, (
            options.keywords or Path("/dev/null")
        ).open("w") as keywords_file:
            while chunk := list(islice(people, options.people_at_once)):
                at = time.perf_counter()
                vectors = encoder.vectors([person["keyword"] for _, person in chunk])
                spent["embed"] += time.perf_counter() - at
                at = time.perf_counter()
                found = pool.map(cluster, [(v, options.cut) for v in vectors], chunksize=16)
                spent["cluster"] += time.perf_counter() - at
                at = time.perf_counter()
                for (user, person), (groups, centrality) in zip(chunk, found):
                    journeys, rows = rows_of(user, person, groups, centrality, as_of)
                    journeys_file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in journeys)
                    if options.keywords:
                        keywords_file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
                    journey_count += len(journeys)
                spent["write"] += time.perf_counter() - at
                person_count += len(chunk)
        seconds = time.perf_counter() - start
    summary = {
        "people": person_count, "keywords": table.height, "journeys": journey_count,
        "texts_embedded": encoder.embedded, "seconds": round(seconds, 3),
        "people_per_second": round(person_count / seconds, 1),
        "seconds_by_step": {name: round(value, 3) for name, value in spent.items()},
    }
    if options.json:
        print(json.dumps(summary))
    else:
        print(f"{person_count} people, {table.height} keywords, {journey_count} journeys in "
              f"{seconds:.1f} s: {summary['people_per_second']} people/s "
              f"({encoder.embedded} texts embedded)")
        print(", ".join(f"{name} {value:.1f} s" for name, value in spent.items()))


if __name__ == "__main__":
    main()
