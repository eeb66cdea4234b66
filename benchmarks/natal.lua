-- Natal charts, each of another birth unless STORED is set.
local stored = os.getenv("STORED") == "1"

wrk.method = "POST"
wrk.path = "/api/v1/calculations/natal-chart"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")
math.randomseed(os.time())

local random, format = math.random, string.format

local function birth()
  return format(
    '{"date":"%04d-%02d-%02d","time":"%02d:%02d:%02d","latitude":%.4f,"longitude":%.4f,"timezone":"UTC"}',
    random(1900, 2100), random(1, 12), random(1, 28), random(0, 23), random(0, 59), random(0, 59),
    random() * 120 - 60, random() * 360 - 180)
end

wrk.body = birth()

function request()
  if stored then
    return wrk.format()
  end
  return wrk.format(nil, nil, nil, birth())
end
