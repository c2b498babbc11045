const ACTION = /^(?:\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/;

/** Whether a text is written as an action of a rule: `s3:GetObject`, `s3:Get*` or `*`. */
export function isAction(text: string): boolean {
  return ACTION.test(text);
}
