import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../config/error.js';

/** What lies in the folder of a bundle. */
export interface Contents {
  /** Files, relative to the folder, in alphabetical order. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/** Most files of a bundle: it is text that people read. */
const MAX_FILES = 2000;

/** Files that hold secrets by their name. */
const SECRET_FILE = /^(auth\.env|\.env(\..*)?|.*\.(pem|key|p12|pfx)|id_(rsa|ed25519|ecdsa))$/i;

/** Reads the folder of a bundle and all below it. History of git is not part of a bundle. */
export function contentsOf(folder: string): Contents {
  const files: string[] = [];
  const problems: Problem[] = [];
  const report = (file: string, message: string): void => {
    problems.push({ origin: { file, line: 0, column: 0 }, message });
  };
  const root = realpathSync(folder);

  const read = (relative: string): void => {
    for (const name of readdirSync(path.join(folder, relative)).sort()) {
      if (name === '.git' || files.length > MAX_FILES) continue;
      const inside = path.join(relative, name);
      const full = path.join(folder, inside);
      const kind = lstatSync(full);
      if (kind.isDirectory()) read(inside);
      else if (kind.isSymbolicLink() && !leadsToFileIn(full, root)) report(full, 'the link leads to no file of the bundle: put the file itself there');
      else if (!kind.isFile() && !kind.isSymbolicLink()) report(full, 'is neither a file nor a folder: take it out');
      else if (SECRET_FILE.test(name)) report(full, 'a file of this name holds secrets, and a bundle carries none: take it out');
      else files.push(inside);
    }
  };
  read('');
  if (files.length > MAX_FILES) report(folder, `has more than ${MAX_FILES} files`);
  return { files, problems };
}

/** Links to folders do not count: they could lead in circles. */
function leadsToFileIn(link: string, root: string): boolean {
  try {
    return isWithin(realpathSync(link), root) && statSync(link).isFile();
  } catch {
    return false;
  }
}

/** Whether a path lies below a folder. */
export function isWithin(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
