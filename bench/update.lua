-- Load for wrk: updates chunks at the revision that each answer gives, so that no update conflicts.
-- LOOMCYCLE_BENCH_CHUNKS names a file of lines `<chunk id> <revision>`; LOOMCYCLE_BENCH_TOKEN is the bearer.
local free = {}
local filler = string.rep("The quick brown fox jumps over the lazy dog. ", 18):sub(1, 780)
local count = 0

function init(args)
  for line in io.lines(os.getenv("LOOMCYCLE_BENCH_CHUNKS")) do
    local id, revision = line:match("^(%x+) (%d+)$")
    free[#free + 1] = { id, revision }
  end
  wrk.method = "POST"
  wrk.path = "/v1/_document"
  wrk.headers["authorization"] = "Bearer " .. os.getenv("LOOMCYCLE_BENCH_TOKEN")
end

function request()
  local chunk = table.remove(free)
  count = count + 1
  local body = string.format(
    '{"op":"update_chunk","id":"%s","revision":%s,"body":"%019d %s"}',
    chunk[1], chunk[2], count, filler)
  return wrk.format(nil, nil, nil, body)
end

function response(status, headers, body)
  local id, revision = body:match('"id":"(%x+)".-"revision":(%d+)')
  free[#free + 1] = { id, revision }
end


function done(summary, latency, requests)
  io.write(string.format("RESULT acked=%d errors=%d seconds=%.3f p50_ms=%.2f p99_ms=%.2f\n",
    summary.requests, summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
