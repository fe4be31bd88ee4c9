#!/usr/bin/env node
/** The `lethe` command. Everything is in `run.ts`, so that the exit code is set in one place. */
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2));
