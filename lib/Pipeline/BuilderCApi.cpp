//===- BuilderCApi.cpp - The C interface that builds graphs ---------------===//
//
// opc-c/builder.h over GraphBuilder: what a caller may get wrong in C is found
// here, what a graph may have wrong there.
//
//===----------------------------------------------------------------------===//
#include "opc-c/builder.h"

#include "MemoryGuard.h"
#include "opc/Frontend/Graph/Named/GraphBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace opc;
using graph::GraphBuilder;
using runtime::Status;

struct opc_builder {
  GraphBuilder graph;
  std::vector<opc_constant> constants;
};

namespace {

Status missing(const std::string &what) {
  return Status::usage(what + " may not be NULL");
}

Status unknownDtype(opc_dtype dtype) {
  return Status::usage("unknown dtype " + std::to_string(int(dtype)));
}

Status addInput(GraphBuilder &graph, const char *name, opc_dtype dtype,
                llvm::ArrayRef<opc_dim> dims, opc_value &value) {
  if (opc_dtype_bytes(dtype) == 0)
    return unknownDtype(dtype);
  llvm::SmallVector<graph::Extent> extents;
  for (const opc_dim &dim : dims)
    extents.push_back({dim.size, dim.symbol ? dim.symbol : ""});
  return graph.addInput(name, opc_dtype_name(dtype), extents, value);
}

Status addConstant(GraphBuilder &graph, const opc_tensor &tensor,
                   opc_value &value) {
  if (opc_dtype_bytes(tensor.dtype) == 0)
    return unknownDtype(tensor.dtype);
  if (tensor.rank < 0 || (tensor.rank > 0 && !tensor.dims))
    return Status::usage("constant: rank " + std::to_string(tensor.rank) +
                         " with no dims");
  llvm::ArrayRef<int64_t> shape(tensor.dims, tensor.rank);
  int64_t bytes = opc_dtype_bytes(tensor.dtype);
  for (int64_t extent : shape)
    if (extent < 0 || llvm::MulOverflow(bytes, extent, bytes))
      return Status::usage("constant: extent " + std::to_string(extent) +
                           " is negative or too large to address");
  if (bytes > 0 && !tensor.data)
    return missing("opc_builder_constant: data");
  return graph.addConstant(
      opc_dtype_name(tensor.dtype), shape,
      {static_cast<const char *>(tensor.data), size_t(bytes)}, value);
}

opc_dtype dtypeNamed(llvm::StringRef name) {
  int32_t dtype = OPC_BOOL;
  while (name != opc_dtype_name(static_cast<opc_dtype>(dtype)))
    ++dtype;
  return static_cast<opc_dtype>(dtype);
}

/// The finished graph, which the builder keeps.
Status giveModel(opc_builder &builder, opc_model &model) {
  if (Status status = builder.graph.finish(); !status.ok())
    return status;
  for (const graph::NamedConstant &constant : builder.graph.constants())
    builder.constants.push_back(
        {constant.name.c_str(),
         {const_cast<char *>(constant.data.data()), dtypeNamed(constant.dtype),
          int32_t(constant.shape.size()), constant.shape.data()}});
  model.data = builder.graph.text().data();
  model.size = builder.graph.text().size();
  model.constants = builder.constants.data();
  model.num_constants = builder.constants.size();
  return {};
}

} // namespace

extern "C" opc_status opc_builder_create(opc_builder **builder) {
  return guarded([&] {
    if (!builder)
      return missing("opc_builder_create: builder");
    *builder = new opc_builder;
    return Status();
  });
}

extern "C" void opc_builder_destroy(opc_builder *builder) { delete builder; }

extern "C" opc_status opc_builder_input(opc_builder *builder, const char *name,
                                        opc_dtype dtype, const opc_dim *dims,
                                        size_t rank, opc_value *value) {
  return guarded([&] {
    if (!builder || !name || !value || (rank > 0 && !dims))
      return missing("opc_builder_input: builder, name, dims and value");
    return addInput(builder->graph, name, dtype, {dims, rank}, *value);
  });
}

extern "C" opc_status opc_builder_constant(opc_builder *builder,
                                           const opc_tensor *tensor,
                                           opc_value *value) {
  return guarded([&] {
    if (!builder || !tensor || !value)
      return missing("opc_builder_constant: builder, tensor and value");
    return addConstant(builder->graph, *tensor, *value);
  });
}

extern "C" opc_status opc_builder_op(opc_builder *builder, const char *op,
                                     const opc_value *operands,
                                     size_t num_operands,
                                     const char *attributes, opc_value *results,
                                     size_t num_results) {
  return guarded([&] {
    if (!builder || !op || (num_operands > 0 && !operands) ||
        (num_results > 0 && !results))
      return missing("opc_builder_op: builder, op, operands and results");
    return builder->graph.addOp(op, {operands, num_operands},
                                attributes ? attributes : "{}",
                                {results, num_results});
  });
}

extern "C" opc_status opc_builder_output(opc_builder *builder, const char *name,
                                         opc_value value) {
  return guarded([&] {
    if (!builder || !name)
      return missing("opc_builder_output: builder and name");
    return builder->graph.addOutput(name, value);
  });
}

extern "C" opc_status opc_builder_finish(opc_builder *builder,
                                         opc_model *model) {
  return guarded([&] {
    if (!builder || !model)
      return missing("opc_builder_finish: builder and model");
    *model = {};
    return giveModel(*builder, *model);
  });
}
