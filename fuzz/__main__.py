"""Try the API with what its specification allows and forbids, as every role: `make fuzz`.

The short form is for every change: 20 examples for each operation as three roles, and all edges of every
parameter as one of them. Two campaigns run at once: each is one process, which uses one core at most.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from fuzz.campaign import Outcome, Plan, run
from fuzz.demo import running
from registry.domain.access import Role

EXAMPLES = 100
SHORT_EXAMPLES = 20
SHORT_ROLES = (Role.PROVINCE_MANAGER, Role.HEALTH_OFFICER, Role.ADMINISTRATOR)
EDGES = ("coverage",)
TRIED = ("examples", "fuzzing")
ALL_PHASES = ("examples", "coverage", "fuzzing", "stateful")
AT_ONCE = 2


def plans(*, short: bool, roles: list[Role], examples: int, paths: str) -> list[Plan]:
    """Say what is tried as whom, what takes longest first.

    Edges of parameters are refused alike whoever asks: a change tries them once.
    """
    if not short:
        return [Plan(role, ALL_PHASES, examples, paths) for role in roles or Role]
    tried = [Plan(role, TRIED, SHORT_EXAMPLES, paths) for role in roles or SHORT_ROLES]
    return [Plan(tried[0].role, EDGES, SHORT_EXAMPLES, paths), *tried]


def main() -> int:
    options = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    options.add_argument("--short", action="store_true", help="20 examples, three roles")
    options.add_argument("--role", action="append", type=Role, default=[], help="only as this role; may be repeated")
    options.add_argument("--examples", type=int, default=EXAMPLES, help="examples for each operation; 100")
    options.add_argument("--paths", default="", help="only operations whose path holds this expression")
    given = options.parse_args()
    outcomes: list[Outcome] = []
    with running() as demo:
        with ThreadPoolExecutor(AT_ONCE) as campaigns:
            planned = plans(short=given.short, roles=given.role, examples=given.examples, paths=given.paths)
            for outcome in campaigns.map(partial(run, demo), planned):
                outcomes.append(outcome)
                print(outcome, flush=True)
        logged = demo.faults()
    for fault in (*(fault for outcome in outcomes for fault in outcome.faults), *logged):
        print(fault)
    print(
        f"fuzzed: {sum(each.cases for each in outcomes)} cases, {sum(len(each.faults) for each in outcomes)} failures"
    )
    return 1 if logged or any(each.faults for each in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
