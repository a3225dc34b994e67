// `npm start`: installs and builds what is missing, then becomes the runtime.
import { build, install } from './lib.mjs';

install();
build();
await import('../dist/src/cli/main.js');
