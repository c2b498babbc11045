/** What an operator's order came to. */
export interface Ordered {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Gives an order to a Postern's operator, as the command line does. */
export async function order(port: number, path: string, body: object = {}): Promise<Ordered> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-postern-admin": "1" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, json: (await answer.json()) as Ordered["json"] };
}
