/** One event of a stream. */
export interface StreamEvent {
  readonly id: string | undefined;
  /** Its type; undefined stands for `message`. */
  readonly event: string | undefined;
  readonly data: string;
  /** Milliseconds after which to come back when the stream ends. */
  readonly retry: number | undefined;
}

/** Events of a `text/event-stream` body, until it ends. Comments are passed over; an event may carry an id or a time to come back alone. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | undefined;
  let event: string | undefined;
  let data: string[] = [];
  let retry: number | undefined;
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines.map((each) => each.replace(/\r$/, ''))) {
      if (line === '') {
        if (data.length > 0 || id !== undefined || retry !== undefined) yield { id, event, data: data.join('\n'), retry };
        data = [];
        id = undefined;
        event = undefined;
        retry = undefined;
        continue;
      }
      const [, name, value] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
      if (name === 'data') data.push(value!);
      else if (name === 'id') id = value;
      else if (name === 'event') event = value;
      else if (name === 'retry' && /^\d{1,9}$/.test(value!)) retry = Number(value);
    }
  }
}
