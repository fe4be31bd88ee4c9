/** The official SDKs are optional peer dependencies: loaded when a handler that needs one is opened. */
import { UsageError } from "../../generator/errors.ts";

export class MissingSdk extends UsageError {
  readonly packages: string[];
  constructor(packages: string[]) {
    const list = [...new Set(packages)].sort();
    super(
      `lethe.effects.ts uses ${list.length === 1 ? "an SDK that isn't" : "SDKs that aren't"} installed: ${list.join(", ")}`,
      `npm install ${list.join(" ")}`,
    );
    this.packages = list;
  }
  static together(errors: MissingSdk[]): MissingSdk {
    return new MissingSdk(errors.flatMap((error) => error.packages));
  }
}

export function isMissingSdk(error: unknown): error is MissingSdk {
  return error instanceof MissingSdk;
}

/** @throws MissingSdk where the package itself isn't there; whatever else goes wrong while it loads, as it is */
export async function loadSdk<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code, message = "" } = error as { code?: string; message?: string };
    const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes(`package '${name}'`);
    throw isMissing ? new MissingSdk([name]) : error;
  }
}
