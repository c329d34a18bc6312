"use strict";
// Reads tables and questions from standard input, and prints the answers of the engine of the page.
const { answer } = require(process.argv[2]);
const { tables, questions } = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(questions.map((each) => answer({ tables, ...each }))));
