//! What the compiler says where a query makes no sense: see `cases`.
