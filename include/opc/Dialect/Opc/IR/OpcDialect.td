//===- OpcDialect.td - the opc dialect and its op classes ---*- tablegen -*-===//
//
// Tensor operators with no memory. Values are ranked tensors; i8..i64 are signed,
// ui8..ui64 unsigned, i1 is bool. Extents that are not known at compile time are
// affine expressions over the symbols of the enclosing function (ShapeEnv.h).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_TD
#define OPC_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "opc/Dialect/Opc/IR/OpcInterfaces.td"

def Opc_Dialect : Dialect {
  let name = "opc";
  let summary = "operators on tensors, from any framework, for any target";
  let description = [{
    The dialect in which graphs arrive and are optimised. An op says what is
    computed; where and in which order is decided when kernels are formed.
    Composite ops (softmax, layer_norm, lstm) stay whole until then.
  }];
  let cppNamespace = "::opc";
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let hasConstantMaterializer = 0;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{ void registerAttributes(); }];
}

/// Any op of the dialect: pure, and able to say the extents of its results.
/// It prints as `opc.op %operands {attributes} : (types) -> types`.
class Opc_Op<string mnemonic, list<Trait> traits = []>
    : Op<Opc_Dialect, mnemonic,
         !listconcat([Pure, DeclareOpInterfaceMethods<Opc_ShapedOp>], traits)> {
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
}

/// It names axes, and can be told of another order of them.
defvar Opc_NamesAxes = DeclareOpInterfaceMethods<Opc_AxisOp, ["reorderAxes"]>;

/// An op that moves elements: it says where they lie, and its behaviour derives
/// from that.
class Opc_MovementOp<string mnemonic, list<Trait> traits = []>
    : Opc_Op<mnemonic,
             !listconcat([DeclareOpInterfaceMethods<Opc_AccessOp,
                                                    ["inferAccesses"]>],
                         traits)>;

/// An op that is not pure: it binds symbols or holds regions.
class Opc_EffectOp<string mnemonic, list<Trait> traits = []>
    : Op<Opc_Dialect, mnemonic, traits>;

/// Declares inferContents (Opc_ShapedOp), for the ops that can say it.
defvar Opc_InferContents =
    "::std::optional<::opc::Dims> inferContents(::opc::ShapeEnv &env);";

def Opc_Tensor : RankedTensorOf<[AnyType]>;
def Opc_FloatTensor : RankedTensorOf<[AnyFloat]>;
def Opc_IntTensor : RankedTensorOf<[AnyInteger]>;
def Opc_NumericTensor : RankedTensorOf<[AnyFloat, AnyInteger]>;
def Opc_BoolTensor : RankedTensorOf<[I1]>;
def Opc_IndexTensor : RankedTensorOf<[I32, I64]>;
def Opc_WordTensor : RankedTensorOf<[I64]>;
/// Of true for what is seen, or of numbers that are added.
def Opc_MaskTensor : RankedTensorOf<[AnyFloat, I1]>;

/// Extents, offsets or steps as expressions over the function's symbols.
defvar Opc_Exprs = AffineMapAttr;

/// A string attribute that is one of `cases`.
class Opc_Choice<list<string> cases>
    : ConfinedAttr<StrAttr, [AttrConstraint<CPred<
        "::llvm::is_contained(::llvm::ArrayRef<::llvm::StringRef>{" #
        !interleave(!foreach(c, cases, "\"" # c # "\""), ", ") #
        "}, ::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
        "one of " # !interleave(cases, ", ")>]>;

#endif // OPC_DIALECT_TD
