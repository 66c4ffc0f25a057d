#!/usr/bin/env node
// Stands here, beside what is built, so that an install before the first build can link it.
import '../dist/bin.js';
