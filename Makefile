# The ways in. Each target sets up what it needs by itself; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help demo test wheel bench fuzz format tidy docs conformance accuracy

help: ## show this list
	@sed -n 's/^\([a-z]*\): ## /  make \1\t/p' Makefile | expand -t 22

demo: ## build, then run real models and compare with onnxruntime
	@scripts/demo.sh

test: ## build, then run every test
	@scripts/test.sh

wheel: ## build what is shipped and pack it into dist/opc-*.whl
	@scripts/wheel.sh

bench: ## time operators and models beside onnxruntime, OpenVINO and torch
	@scripts/bench.sh

fuzz: ## run the fuzzers under sanitizers, 5 minutes each
	@scripts/fuzz.sh

conformance: ## run the suites of ONNX and of PyTorch, write their pages
	@scripts/conformance.sh

accuracy: ## measure every function of one number against exact values
	@scripts/function_accuracy.sh

docs: ## regenerate docs/generated
	@scripts/docs.sh

format: ## format every C, C++ and Python file
	@scripts/format.sh

tidy: ## run clang-tidy on the C++ that differs from main, ruff on Python
	@scripts/tidy.sh
