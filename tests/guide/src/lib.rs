//! Nothing; the blocks of the guide are compiled and run by the test `guide`.
