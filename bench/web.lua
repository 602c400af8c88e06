-- Requests of many signed-in people, for wrk: each from a session of the file named first, for a path of the file named
-- second, after a pause (milliseconds, third; 0: none). A fourth, "write", posts forms instead: then the session file
-- holds cookie, csrf and office. Every random choice comes from the thread's number.
local threads = {}
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local function lines(name)
  local all = {}
  for line in io.lines(name) do table.insert(all, line) end
  return all
end

function init(args)
  math.randomseed(7 + number)
  sessions, paths, pause, is_write = lines(args[1]), lines(args[2]), tonumber(args[3]), args[4] == "write"
  sent, bad = 0, 0
end

function request()
  sent = sent + 1
  local session = sessions[math.random(#sessions)]
  local path = paths[math.random(#paths)]
  if not is_write then return wrk.format("GET", path, { cookie = session }) end
  local cookie, csrf, office = session:match("([^\t]*)\t([^\t]*)\t(.*)")
  local body = string.format("csrf=%s&office=%s&task=bench-%d-%d-%d", csrf, office, number, sent, math.random(1e9))
  local headers = { cookie = cookie, ["content-type"] = "application/x-www-form-urlencoded" }
  return wrk.format("POST", path, headers, body)
end

function delay()
  if pause == 0 then return 0 end
  return math.random(math.floor(pause / 2), math.floor(pause * 3 / 2))
end

function response(status)
  local wanted = is_write and 303 or 200
  if status ~= wanted then bad = bad + 1 end
end

function done(summary, latency)
  local others = 0
  for _, thread in ipairs(threads) do others = others + thread:get("bad") end
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "p50_ms": %.3f, "p90_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, "other_status": %d, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(90) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, others, e.connect + e.read + e.write + e.timeout))
end
