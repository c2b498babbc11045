import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../support/deploy/files.ts";
import { isThere, printed } from "../support/deploy/programs.ts";

/** AWS's own description of RegisterTaskDefinition, as its Python library has it. */
const VALIDATE = `
import json, sys
import botocore.session
from botocore.validate import ParamValidator
ecs = botocore.session.get_session().get_service_model("ecs")
shape = ecs.operation_model("RegisterTaskDefinition").input_shape
task = json.load(open(sys.argv[1]))
print(ParamValidator().validate(task, shape).generate_report())
if len(sys.argv) > 2:
    task["containerDefinitions"][0]["dependsOn"] = [{"containerNam": 1}]
    print(ParamValidator().validate(task, shape).generate_report())
`;

it("is a task definition that ECS takes, by AWS's own description", ({ skip }) => {
  skip(!isThere("python3", "-c", "import botocore"), "python3-botocore is not installed");
  const file = join(ROOT, "deploy/ecs/task-definition.json");
  expect(printed("python3", ["-c", VALIDATE, file]).trim()).toBe("");
  expect(printed("python3", ["-c", VALIDATE, file, "damaged"])).toContain("containerNam");
});
