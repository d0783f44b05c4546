// Gives the precompiled header lib/Pch.h a target to belong to.
