import type { AgentContent } from './agent-content.js';

// Nothing that is defined at run time may do more than what it is made from, or than who makes it. Each key
// that gives a right has a rule here: whether a wish goes past a ceiling, and what of a wish is within it.

/** Turns of a model in a run and agents at work at the same time, where nothing is said (reference: wire 4.6). */
export const DEFAULT_MAX_ITERATIONS = 16;
export const DEFAULT_MAX_CHILDREN = 4;

interface Rule<Value> {
  /** What of the wish goes past the ceiling; undefined where nothing does. */
  beyond(ceiling: Value | undefined, wish: Value | undefined): string | undefined;
  /** The wish as far as it is within the ceiling. */
  meet(ceiling: Value | undefined, wish: Value | undefined): Value | undefined;
}

/** A list of what is allowed: without it nothing is. */
function list<Entry extends string>(covers: (allowed: string, wanted: string) => boolean): Rule<Entry[]> {
  const within = (entries: readonly string[], wanted: string): boolean => entries.some((each) => covers(each, wanted));
  return {
    beyond(ceiling = [], wish = []) {
      const outside = wish.filter((each) => !within(ceiling, each));
      return outside.length === 0 ? undefined : outside.map((each) => JSON.stringify(each)).join(', ');
    },
    meet(ceiling = [], wish = []) {
      const kept = wish.filter((each) => within(ceiling, each));
      return [...new Set([...kept, ...ceiling.filter((each) => !within(kept, each) && within(wish, each))])];
    },
  };
}

/** A number that is the most of something: without it, and without a default, there is no end. */
function most(fallback = Infinity): Rule<number> {
  return {
    beyond(ceiling = fallback, wish = fallback) {
      if (wish <= ceiling) return undefined;
      return wish === Infinity ? `no limit, and ${ceiling} is the most` : `${wish}, and ${ceiling} is the most`;
    },
    meet(ceiling, wish) {
      const least = Math.min(ceiling ?? fallback, wish ?? fallback);
      return least === Infinity ? undefined : least;
    },
  };
}

const flag: Rule<boolean> = {
  beyond: (ceiling = false, wish = false) => (wish && !ceiling ? 'true' : undefined),
  meet: (ceiling = false, wish = false) => ceiling && wish,
};

type Rules<Value> = { [Key in keyof Value]-?: Rule<NonNullable<Value[Key]>> };

/** A mapping whose keys have rules of their own. */
function each<Value extends object>(rules: Rules<Value>): Rule<Value> {
  const keys = Object.keys(rules) as (keyof Value & string)[];
  const ruleOf = (key: keyof Value): Rule<unknown> => rules[key] as Rule<unknown>;
  return {
    beyond(ceiling, wish) {
      const all = keys.flatMap((key) => {
        const said = ruleOf(key).beyond(ceiling?.[key], wish?.[key]);
        return said === undefined ? [] : [`${key} ${said}`];
      });
      return all.length === 0 ? undefined : all.join('; ');
    },
    meet(ceiling, wish) {
      if (ceiling === undefined && wish === undefined) return undefined;
      const met = keys.map((key): [string, unknown] => [key, ruleOf(key).meet(ceiling?.[key], wish?.[key])]);
      return Object.fromEntries(met.filter(([, value]) => value !== undefined)) as Value;
    },
  };
}

const same = (allowed: string, wanted: string): boolean => allowed === wanted;

/** Whether a tool, or a pattern of tools, is one of those that an entry of `allowed_tools` stands for: `mcp__github__*`. */
export function coversTool(allowed: string, wanted: string): boolean {
  return allowed === wanted || (allowed.endsWith('*') && wanted.startsWith(allowed.slice(0, -1)));
}

function coversChannel(allowed: string, wanted: string): boolean {
  return allowed === '*' || allowed === wanted || (allowed.endsWith('/*') && wanted.startsWith(allowed.slice(0, -1)));
}

/** Whether a host, or a pattern of hosts, is one of those that another stands for. */
export function coversHost(allowed: string, wanted: string): boolean {
  return allowed === wanted || (allowed.startsWith('*.') && wanted.replace(/^\*/, '').endsWith(allowed.slice(1)));
}

const grants = list<string>((allowed, wanted) => allowed === 'any' || allowed === wanted);
const tools = list<string>(coversTool);
const channels = list<string>(coversChannel);
type Interruption = NonNullable<AgentContent['interruption']>;

const kinds = list<string>(same);
const interruption: Rule<Interruption> = {
  beyond(ceiling, wish) {
    if (!wish?.enabled) return undefined;
    if (!ceiling?.enabled) return 'enabled true';
    if (ceiling.kinds && !wish.kinds) return 'kinds: all';
    const ofKinds = ceiling.kinds && kinds.beyond(ceiling.kinds, wish.kinds);
    const pending = most().beyond(ceiling.max_pending, wish.max_pending);
    return ofKinds ?? (pending === undefined ? undefined : `max_pending ${pending}`);
  },
  meet(ceiling, wish) {
    if (!wish?.enabled || !ceiling?.enabled) return wish && { ...wish, enabled: false };
    const met = ceiling.kinds && wish.kinds ? kinds.meet(ceiling.kinds, wish.kinds) : (wish.kinds ?? ceiling.kinds);
    const pending = most().meet(ceiling.max_pending, wish.max_pending);
    return { enabled: true, ...(met ? { kinds: met } : {}), ...(pending === undefined ? {} : { max_pending: pending }) };
  },
};

/** Keys that give no right: what it is told, by which model, and for people. */
type Free = 'provider' | 'model' | 'tier' | 'effort' | 'sampling' | 'system_prompt' | 'skills' | 'description';

const RULES: Rules<Omit<AgentContent, Free>> = {
  allowed_tools: tools,
  max_tokens: most(),
  max_iterations: most(DEFAULT_MAX_ITERATIONS),
  unbounded_iterations: flag,
  max_concurrent_children: most(DEFAULT_MAX_CHILDREN),
  run_timeout_seconds: most(),
  budget: each<NonNullable<AgentContent['budget']>>({ tokens: most(), cost_usd: most(), wall_seconds: most() }),
  memory_scopes: list(same),
  channels: each<NonNullable<AgentContent['channels']>>({ publish: channels, subscribe: channels }),
  agent_def_scopes: grants,
  skill_def_scopes: grants,
  mcp_server_def_scopes: grants,
  interruption,
  allowed_hosts: list(coversHost),
};

type Ruled = keyof typeof RULES;
const RULED = Object.keys(RULES) as Ruled[];

/** What of an agent goes past a ceiling: keys, each with what is too much. */
export function widenings(ceiling: AgentContent, wish: AgentContent): { key: string; message: string }[] {
  const most = ceilingOf(ceiling);
  return RULED.flatMap((key) => {
    const message = (RULES[key] as Rule<unknown>).beyond(most[key], wish[key]);
    return message === undefined ? [] : [{ key, message }];
  });
}

/** An agent with what of its rights is within a ceiling. */
export function narrowed(ceiling: AgentContent, wish: AgentContent): AgentContent {
  const most = ceilingOf(ceiling);
  const met = RULED.map((key): [string, unknown] => [key, (RULES[key] as Rule<unknown>).meet(most[key], wish[key])]);
  return { ...wish, ...(Object.fromEntries(met) as AgentContent) };
}

/** Who takes any number of turns may give any number. */
function ceilingOf(agent: AgentContent): AgentContent {
  return agent.unbounded_iterations ? { ...agent, max_iterations: Infinity } : agent;
}

/** What both lists allow: of two entries of which one stands for the other, the narrower. */
export function within(agent: readonly string[], client: readonly string[], covers: (allowed: string, wanted: string) => boolean): string[] {
  const both = agent.flatMap((own) => client.flatMap((each) => (covers(own, each) ? [each] : covers(each, own) ? [own] : [])));
  return [...new Set(both)];
}

/** Tools that entries of `allowed_tools` do not stand for. */
export function toolsBeyond(allowed: readonly string[], wanted: readonly string[]): string[] {
  return wanted.filter((tool) => !allowed.some((each) => coversTool(each, tool)));
}
