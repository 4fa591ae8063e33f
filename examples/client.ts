/**
 * Push and pull from TypeScript, with types generated from the specification: `make typescript` compiles it.
 *
 * No answer, or a 5xx, means unknown: call again with the same operations. That is always safe.
 */
import type { components } from "../build/registry.d.ts";

type Schemas = components["schemas"];
export type Push = Schemas["PushIn"];
export type Pushed = Schemas["PushOut"];
export type Changes = Schemas["ChangesOut"];
export type Problem = Schemas["Problem"];

/** What the registry refused, as it says it: compare `code`. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

export class Registry {
  constructor(
    private readonly address: string,
    private readonly token: () => Promise<string>,
  ) {}

  /** Send what was recorded; one result for each operation, in the order sent. */
  push(push: Push): Promise<Pushed> {
    return this.ask<Pushed>("/v1/sync/push", { method: "POST", body: JSON.stringify(push) });
  }

  /** Fetch one page; store it together with its cursor, and go on while `more` is true. */
  pull(cursor: string | null): Promise<Changes> {
    const query = cursor === null ? "" : `?${new URLSearchParams({ cursor })}`;
    return this.ask<Changes>(`/v1/sync/changes${query}`, {});
  }

  private async ask<T>(path: string, request: RequestInit): Promise<T> {
    const headers = { Authorization: `Bearer ${await this.token()}`, "Content-Type": "application/json" };
    const answer = await fetch(this.address + path, { ...request, headers });
    if (!answer.ok) {
      throw new Refused((await answer.json()) as Problem);
    }
    return (await answer.json()) as T;
  }
}

/** What still waits after a push: `deferred`, and what may be taken later. */
export function waiting(push: Push, pushed: Pushed): Push["operations"] {
  const again = new Set(pushed.results.filter((each) => each.status === "deferred" || each.retry).map((each) => each.index));
  return push.operations.filter((_, index) => again.has(index));
}
