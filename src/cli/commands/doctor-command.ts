import type { Command } from 'commander';
import { doctor } from '../doctor/doctor.js';
import { asking, type Common } from './asking.js';

/** `doctor`: what is wrong, and on which side. */
export function addDoctorCommand(program: Command, named: () => string[] | undefined): void {
  asking(program, 'doctor', 'Looks for what is wrong: configuration, token, port, data directory, native modules, clock, a server that does not answer').action(
    async (options: Common) => {
      if (!(await doctor({ files: named(), ...options }))) process.exitCode = 1;
    },
  );
}
