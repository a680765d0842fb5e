-- For wrk: posts inspections of venues that take turns or, when it is given a token, gets the venues;
-- prints the figures as JSON at the end. Arguments: number of venues, token.
local venues, next_venue = 1, 0
local token

function init(args)
  venues, token = tonumber(args[1]), args[2]
end

local body = [[{"venue":"districts/120110/venues/019a0000-0000-7000-8000-%012x",
"inspect_time":"2026-01-05T01:30:00Z","summary":"示例：检查商铺",
"officers":["districts/120110/officers/019a0000-0000-7000-8000-000000000001",
"districts/120110/officers/019a0000-0000-7000-8000-000000000002"],
"findings":[{"catalog_code":"B02","disposition":"DISPOSITION_ORDER",
"description":"示例隐患：室内消火栓箱门损坏","location":"西区一层"}]}]]
local headers = { ["content-type"] = "application/json" }

function request()
  next_venue = (next_venue + 7) % venues
  if token then
    return wrk.format("GET", string.format("%s%012x", wrk.path, next_venue),
      { authorization = "Bearer " .. token })
  end
  return wrk.format("POST", nil, headers, string.format(body, next_venue))
end

function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"per_second": %f, "p50_ms": %f, "p99_ms": %f, "failures": %d}\n',
    summary.requests * 1e6 / summary.duration, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, failures))
end
