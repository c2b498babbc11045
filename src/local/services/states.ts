import { randomUUID } from "node:crypto";
import type { ApiInput } from "../guard/api-actions.ts";
import { existing, textOf } from "./operations.ts";
import type { Operations, Output, ServiceOptions } from "./operations.ts";

/**
 * State machines whose executions are done at once, their output being their input. Times are epoch seconds.
 *
 * Source: AWS Step Functions API reference.
 */
export function createStates(names: readonly string[], { account, region, now }: ServiceOptions): Operations {
  const prefix = `arn:aws:states:${region}:${account}`;
  const executions = new Map<string, Output>();
  const machineOf = (input: ApiInput): string => {
    const arn = textOf(input, "stateMachineArn");
    const found = names.find((name) => arn === `${prefix}:stateMachine:${name}`);
    const message = `State Machine Does Not Exist: '${arn}'`;
    return existing(found, { code: "StateMachineDoesNotExist", message });
  };
  return {
    StartExecution: (input) => {
      const machine = machineOf(input);
      const name = textOf(input, "name") || randomUUID();
      const executionArn = `${prefix}:execution:${machine}:${name}`;
      const at = now() / 1000;
      const text = textOf(input, "input") || "{}";
      const about = { executionArn, stateMachineArn: textOf(input, "stateMachineArn"), name };
      const done = { status: "SUCCEEDED", startDate: at, stopDate: at, input: text, output: text };
      executions.set(executionArn, { ...about, ...done });
      return { executionArn, startDate: at };
    },
    DescribeExecution: (input) => {
      const arn = textOf(input, "executionArn");
      const message = `Execution Does Not Exist: '${arn}'`;
      return existing(executions.get(arn), { code: "ExecutionDoesNotExist", message });
    },
    ListExecutions: (input) => {
      machineOf(input);
      const own = [...executions.values()].filter(
        (each) => each["stateMachineArn"] === input["stateMachineArn"],
      );
      return { executions: own.map(({ input: _input, output: _output, ...listed }) => listed) };
    },
  };
}
