"""New York taxi rides that nobody took, as the CSV that ``starter.samples.taxi_csv`` reads."""

import random


def taxi_csv(rows: int, chance: random.Random) -> tuple[str, list[str]]:
    """So many different rides, and their totals."""
    lines, totals = ["pickup,dropoff,distance,fare,tip,tolls,total,color,payment"], []
    for row in range(rows):
        fare, tip, tolls = chance.randrange(300, 9000), chance.randrange(0, 900), chance.choice([0, 0, 612])
        total = fare + tip + tolls + chance.choice([80, 380])
        amounts = ",".join(f"{amount / 100:.2f}" for amount in (fare, tip, tolls, total))
        start = f"2019-03-{row % 28 + 1:02} {row % 24:02}:10:00"
        lines.append(f"{start},{start[:-5]}40:00,2.{row},{amounts},yellow,credit card")
        totals.append(f"{total / 100:.2f}")
    return "\n".join(lines) + "\n", totals
