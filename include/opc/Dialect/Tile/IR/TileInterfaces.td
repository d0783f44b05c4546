//===- TileInterfaces.td - what ops on tiles say of themselves -*- tablegen -*-===//
#ifndef TILE_INTERFACES_TD
#define TILE_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Tile_ComputeOpInterface : OpInterface<"ComputeOp"> {
  let cppNamespace = "::opc::tile";
  let description = [{
    An op that works on whole tiles and is done when the next one begins. Its last
    buffer operand is what it writes; all others are read.
  }];
  let methods = [
    InterfaceMethod<"The buffers that it reads",
                    "::llvm::SmallVector<::mlir::Value>", "reads", (ins), "", [{
      ::llvm::SmallVector<::mlir::Value> buffers =
          ::opc::tile::buffersOf($_op.getOperation());
      buffers.pop_back();
      return buffers;
    }]>,
    InterfaceMethod<"The buffer that it writes", "::mlir::Value", "written",
                    (ins), "", [{
      return ::opc::tile::buffersOf($_op.getOperation()).back();
    }]>,
    InterfaceMethod<"The name by which a machine's table has it",
                    "::std::string", "tableName">,
    InterfaceMethod<"The type by which a machine's table has it: that of what is "
                    "read, or of what is written where nothing is",
                    "::std::string", "tableType", (ins), "", [{
      return ::opc::tile::spelling(::llvm::cast<::opc::tile::BufferType>(
          ::opc::tile::buffersOf($_op.getOperation()).front().getType())
              .getElementType());
    }]>
  ];
}

#endif // TILE_INTERFACES_TD
