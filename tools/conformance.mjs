// Gathers what the suites reported into build/conformance.json and prints it as a table. Exit 1 when a case failed or no suite reported.
import fs from "node:fs";

const [dir, out] = process.argv.slice(2);
const suites = fs.readdirSync(dir).sort().map((name) => JSON.parse(fs.readFileSync(`${dir}/${name}`, "utf8")));
fs.writeFileSync(out, JSON.stringify(suites, null, "\t") + "\n");
for (const s of suites)
	console.log(`${s.suite.padEnd(32)} ${String(s.passed).padStart(8)} passed ${String(s.failed).padStart(6)} failed ${String(s.skipped).padStart(6)} skipped`);
process.exit(suites.length && suites.every((s) => s.failed === 0) ? 0 : 1);
