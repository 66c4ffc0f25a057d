const began = performance.now();
await import('zod');
process.stdout.write(JSON.stringify({ workMs: performance.now() - began }));
