// check_openapi.mjs FILE: prints what two validators find wrong with an OpenAPI document.
import { createConfig, lint } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";

const file = process.argv[2];
const faults = [];

const checked = await new Validator().validate(file);
if (!checked.valid) {
  for (const error of checked.errors) {
    faults.push(`schema-validator: ${error.instancePath} ${error.message}`);
  }
}

// No licence: the interface is no publication.
const config = await createConfig({
  extends: ["recommended"],
  rules: { "info-license": "off", "operation-4xx-response": "error" },
});
for (const problem of await lint({ ref: file, config })) {
  faults.push(`redocly: ${problem.ruleId} ${problem.message} ${problem.location[0].pointer}`);
}

console.log(faults.length ? faults.slice(0, 50).join("\n") : "2 validators: no fault");
process.exit(faults.length ? 1 : 0);
