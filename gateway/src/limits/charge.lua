-- Charges buckets for requests that were let in already, and tells how far ahead each of them is now.
-- KEYS: the buckets. ARGV: per bucket, in microseconds, what all its requests cost.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead = {}
for i = 1, #KEYS do
  local empty = tonumber(redis.call('GET', KEYS[i]) or now)
  ahead[i] = math.max(empty - now, 0) + tonumber(ARGV[i])
  redis.call('SET', KEYS[i], string.format('%.0f', now + ahead[i]), 'PX', math.ceil(ahead[i] / 1000) + 1)
end
return ahead
