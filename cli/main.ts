#!/usr/bin/env node
/** The `lethe` command. Everything is in `run.ts`, so that the exit code is set in one place. */
import { run } from "./run.ts";

// `lethe generate -o - | head` closes the pipe early: no reason for a stack trace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.exitCode = await run(process.argv.slice(2));
