-- The load: requests drawn at random from a file, for wrk.   wrk … -s load.lua URL -- FILE STATUS PAUSE
-- A line of FILE is: method, path, header line, body; tabs between. STATUS is what each answer must be; every other
-- one is counted, and so is what it says. PAUSE: milliseconds that a connection waits on average between an answer and
-- its next request, as users do; 0: as fast as the server answers.
local list, expected, pause = {}, 0, 0
dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "result.lua")

function init(args)
	wrong, first_wrong = 0, ""
	expected = tonumber(args[2])
	pause = tonumber(args[3] or "0")
	if pause == 0 then
		delay = nil
	end
	for line in io.lines(args[1]) do
		local method, path, header, body = line:match("^(%u+)\t([^\t]*)\t([^\t]*)\t?(.*)$")
		local name, value = header:match("^([^:]+): (.*)$")
		local headers = { [name] = value }
		if body ~= "" then
			headers["Content-Type"] = "application/fhir+json"
		else
			body = nil
		end
		for k, v in pairs(wrk.headers) do -- given with -H
			headers[k] = v
		end
		list[#list + 1] = wrk.format(method, path, headers, body)
	end
	math.randomseed(os.time() + tonumber(tostring({}):sub(8)))
	-- Looking at each answer costs the load's core; for reads wrk's own count of what is no 2xx says enough.
	if expected == 200 and not os.getenv("BENCH_LOOK") then
		response = nil
	end
end

function delay()
	return math.floor(pause * 2 * math.random() + 0.5)
end

function request()
	return list[math.random(#list)]
end

function response(status, headers, body)
	if status ~= expected then
		wrong = wrong + 1
		if first_wrong == "" then
			first_wrong = status .. " " .. body:sub(1, 300)
		end
	end
end
