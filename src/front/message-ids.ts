/** The routes and flat tools of channels call a message's id `msg_id`, the tool `channel` calls it `message_id` (reference: wire 1.4, tools 6.4). */
export function withMsgId(op: unknown, json: string): string {
  if (op !== 'publish' && op !== 'broadcast') return json;
  return JSON.stringify(JSON.parse(json), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('message_id' in value)) return value;
    const { message_id: msg_id, ...rest } = value;
    return { msg_id, ...rest };
  });
}
