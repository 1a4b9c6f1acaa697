-- One request asks several buckets at once: it is charged to all of them or to none.
-- GCRA, the virtual scheduling algorithm of ITU-T I.371: a bucket is the time at which it will be empty again.
-- KEYS: the epoch of revocations, the mark of a client that is known to the account, then the buckets.
-- ARGV: which bucket a known client is spared (0: none); per bucket, in microseconds: what one request costs, and how
-- far ahead the bucket may run.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local spared = tonumber(ARGV[1])
if spared > 0 and redis.call('EXISTS', KEYS[2]) == 0 then spared = 0 end
local ahead, wait = {}, 0
for i = 1, #KEYS - 2 do
  local cost, most = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local empty = tonumber(redis.call('GET', KEYS[i + 2]) or now)
  ahead[i] = math.max(empty - now, 0)
  if i ~= spared then wait = math.max(wait, ahead[i] + cost - most) end
end
if wait == 0 then
  for i = 1, #ahead do
    if i ~= spared then
      ahead[i] = ahead[i] + tonumber(ARGV[2 * i])
      redis.call('SET', KEYS[i + 2], string.format('%.0f', now + ahead[i]), 'PX', math.ceil(ahead[i] / 1000))
    end
  end
end
return { redis.call('EXISTS', KEYS[1]), wait, spared, unpack(ahead) }
