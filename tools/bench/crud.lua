-- Create, read, update, delete in equal parts, each resource in that order, for wrk.   wrk … -s crud.lua URL -- FILE
-- A line of FILE is a create as in load.lua's files. Which resource an answer is about comes back in X-Request-Id.
local list, todo, head, tail, items = {}, {}, 1, 0, 0
local open = {}
dofile((debug.getinfo(1, "S").source:match("^@(.*/)") or "") .. "result.lua")

function init(args)
	wrong, first_wrong = 0, ""
	for line in io.lines(args[1]) do
		local _, path, header, body = line:match("^(%u+)\t([^\t]*)\t([^\t]*)\t(.*)$")
		local name, value = header:match("^([^:]+): (.*)$")
		list[#list + 1] = { path = path, name = name, value = value, body = body }
	end
	math.randomseed(os.time() + tonumber(tostring({}):sub(8)))
end

local function ask(number, method, path, body)
	local made = open[number].made
	return wrk.format(method, path, { [made.name] = made.value, ["X-Request-Id"] = number,
		["Content-Type"] = body and "application/fhir+json" or nil }, body)
end

-- The resource as it was sent, with its id and other words.
local function changed(item)
	local body = item.made.body:gsub("^{", '{"id":"' .. item.id .. '",', 1)
	return (body:gsub("Het ging goed", "Het ging beter"))
end

function request()
	if head <= tail then
		local number = todo[head]
		local item = open[number]
		todo[head] = nil
		head = head + 1
		if item.stage == 1 then
			return ask(number, "GET", item.path)
		elseif item.stage == 2 then
			return ask(number, "PUT", item.path, changed(item))
		end
		return ask(number, "DELETE", item.path)
	end
	items = items + 1
	local number = tostring(items)
	open[number] = { stage = 0, made = list[math.random(#list)] }
	return ask(number, "POST", open[number].made.path, open[number].made.body)
end

local expected = { [0] = 201, [1] = 200, [2] = 200, [3] = 204 }

function response(status, headers, body)
	local number = headers["X-Request-Id"]
	local item = open[number]
	if not item or status ~= expected[item.stage] then
		wrong = wrong + 1
		if first_wrong == "" then
			first_wrong = status .. " at stage " .. (item and item.stage or "?") .. " " .. body:sub(1, 300)
		end
		open[number] = nil
		return
	end
	if item.stage == 0 then
		item.path, item.id = headers["Location"]:match("(/fhir/%a+/([^/]+))")
	end
	item.stage = item.stage + 1
	if item.stage == 4 then
		open[number] = nil
		return
	end
	tail = tail + 1
	todo[tail] = number
end
