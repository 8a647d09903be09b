// A suite's counts, for build/conformance.json: written when CONFORMANCE_DIR says where (make conformance).
import fs from "node:fs";

/** @param {string} suite name of the file @param {{passed: number, failed: number, skipped: number}} counts */
export function report(suite, { passed, failed, skipped }) {
	const dir = process.env.CONFORMANCE_DIR;
	if (dir) fs.writeFileSync(`${dir}/${suite}.json`, JSON.stringify({ suite, passed, failed, skipped }) + "\n");
}
