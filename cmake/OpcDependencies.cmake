# LLVM and MLIR: archives in libopc.so, Debian's shared libraries in all else. Link
# `MLIR` and `LLVM` and no component target: a second, static MLIR beside them makes
# isa<> fail silently.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
add_definitions(${LLVM_DEFINITIONS})

find_package(Protobuf)
if(NOT Protobuf_FOUND OR NOT TARGET protobuf::protoc)
  message(FATAL_ERROR "protobuf or its compiler is missing: run scripts/setup.sh, "
    "or install libprotobuf-dev and protobuf-compiler")
endif()
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

# The interpreter that `import opc` is built for, and whose onnx package holds
# the schema: the project's own environment unless told otherwise.
if(NOT Python_EXECUTABLE AND EXISTS ${CMAKE_SOURCE_DIR}/.venv/bin/python)
  set(Python_EXECUTABLE ${CMAKE_SOURCE_DIR}/.venv/bin/python)
endif()
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter Development.Module)

# lld has no shared library: its ELF part is linked into libopc.so.
find_package(ZLIB REQUIRED)
find_package(LLD 22.1 REQUIRED CONFIG HINTS ${LLVM_LIBRARY_DIR}/cmake/lld)
