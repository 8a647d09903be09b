-- What load.lua and crud.lua tell of a run: one line, tabs between: requests, microseconds, bytes, latency at 50 % and 99 %
-- and the largest (microseconds), wrong answers, and what the first of them said. A thread counts them in `wrong` and
-- `first_wrong`.
local threads = {}

function setup(thread)
	table.insert(threads, thread)
end

function done(summary, latency, requests)
	local wrong, first = 0, ""
	for _, t in ipairs(threads) do
		wrong = wrong + t:get("wrong")
		if first == "" then
			first = t:get("first_wrong")
		end
	end
	local e = summary.errors
	io.write(string.format("RESULT\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", summary.requests, summary.duration,
		summary.bytes, latency:percentile(50), latency:percentile(99), latency.max,
		wrong + e.status + e.connect + e.read + e.write + e.timeout, (first:gsub("%s+", " "))))
end
