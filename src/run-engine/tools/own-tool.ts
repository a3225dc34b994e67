import { z } from 'zod';
import { Refusal } from '../../errors.js';
import type { Leg } from '../../runs/types.js';
import type { RunTool, ToolCall, ToolOutput, ToolRun } from './tool.js';

interface Own<Input extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly repeatable: boolean;
  readonly legs?: readonly Leg[];
  run(input: z.output<Input>, call: ToolCall, run: ToolRun): Promise<ToolOutput>;
}

/** A tool that is there for runs alone. Input that does not fit is refused with every field that is wrong. */
export function ownTool<Input extends z.ZodType>({ name, description, input: schema, repeatable, legs = [], run: work }: Own<Input>): RunTool {
  const { $schema: _dialect, ...input_schema } = z.toJSONSchema(schema, { io: 'input' });
  return {
    spec: { name, description, input_schema },
    repeatable: () => repeatable,
    legs: () => legs,
    execute(call, run) {
      const parsed = schema.safeParse(call.input);
      if (parsed.success) return work(parsed.data, call, run);
      const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new Refusal('invalid_input', `${name}: ${issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')}`, { issues });
    },
  };
}
