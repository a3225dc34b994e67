// `npm run build`
import { build, install } from './lib.mjs';

install();
build();
