use std::ops::Deref;
use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::key::Key;

/// What the images of a table's rows look like; a table has a new one after its columns have changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Which table, by its place in the list of tables that are synced.
    pub(crate) table: usize,
    /// The names of its columns, in the order of the images' fields.
    pub(crate) columns: Vec<Arc<str>>,
    /// Which of them make its key.
    pub(crate) key: Vec<usize>,
}

impl Layout {
    /// Where a column stands.
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| &**name == column)
    }
}

/// A row as it was or became: each field as PostgreSQL sends it in binary form, never decoded here. A clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Image(Arc<Parts>);

/// What an image holds.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// Which column each field is.
    pub(crate) layout: Arc<Layout>,
    /// The fields; nothing for NULL.
    pub(crate) fields: Vec<Option<Bytes>>,
    /// The type of each field: the oid that the database which made the image has for it.
    pub(crate) types: Vec<u32>,
}

impl Deref for Image {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Bytes that are no image of a layout's rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadImage {
    /// It ends too early.
    #[error("the image of a row is cut off in field {field}")]
    CutOff {
        /// Counted from zero.
        field: usize,
    },
    /// Something follows its end.
    #[error("{bytes} bytes follow the end of the image of a row")]
    Longer {
        /// How much follows.
        bytes: usize,
    },
    /// It has another number of fields.
    #[error("the image of a row has {found} fields and its table {expected} columns")]
    Fields {
        /// What the bytes say.
        found: i32,
        /// What the layout says.
        expected: usize,
    },
    /// A field's length is negative, and not that of NULL.
    #[error("field {field} of the image of a row is {length} bytes long")]
    Length {
        /// Counted from zero.
        field: usize,
        /// What the bytes say.
        length: i32,
    },
    /// A column of the key is NULL, or is not there.
    #[error("the key of a row is NULL in field {field}")]
    NullKey {
        /// Counted from zero.
        field: usize,
    },
    /// An insert without the new row, say.
    #[error("a change lacks an image")]
    Missing,
}

impl Image {
    /// One of these fields, as many as the layout has columns, and of their types.
    pub(crate) fn new(layout: Arc<Layout>, fields: Vec<Option<Bytes>>, types: Vec<u32>) -> Self {
        Self(Arc::new(Parts { layout, fields, types }))
    }

    /// Puts another value into a field.
    pub(crate) fn set(&mut self, at: usize, value: Option<Bytes>, ty: u32) {
        let parts = Arc::make_mut(&mut self.0);
        if let (Some(field), Some(of)) = (parts.fields.get_mut(at), parts.types.get_mut(at)) {
            (*field, *of) = (value, ty);
        }
    }

    /// Reads what `record_send` gave. Fields are parts of `bytes`, not copies.
    pub(crate) fn parse(layout: &Arc<Layout>, mut bytes: Bytes) -> Result<Self, BadImage> {
        let expected = layout.columns.len();
        let found = bytes.try_get_i32().map_err(|_| BadImage::CutOff { field: 0 })?;
        if usize::try_from(found) != Ok(expected) {
            return Err(BadImage::Fields { found, expected });
        }
        // As many as the layout has, whatever the bytes say.
        let mut fields = Vec::with_capacity(expected);
        let mut types = Vec::with_capacity(expected);
        for field in 0..expected {
            let cut_off = BadImage::CutOff { field };
            let (Ok(ty), Ok(length)) = (bytes.try_get_u32(), bytes.try_get_i32()) else {
                return Err(cut_off);
            };
            types.push(ty);
            fields.push(match usize::try_from(length) {
                Ok(length) if length <= bytes.len() => Some(bytes.split_to(length)),
                Ok(_) => return Err(cut_off),
                Err(_) if length == -1 => None,
                Err(_) => return Err(BadImage::Length { field, length }),
            });
        }
        if bytes.is_empty() {
            Ok(Self::new(layout.clone(), fields, types))
        } else {
            Err(BadImage::Longer { bytes: bytes.len() })
        }
    }

    /// The bytes that [`parse`](Self::parse) reads.
    pub(crate) fn to_bytes(&self) -> Bytes {
        let size = self.fields.iter().map(|field| 8 + field.as_ref().map_or(0, Bytes::len)).sum::<usize>();
        let mut bytes = Vec::with_capacity(4 + size);
        bytes.extend((self.fields.len() as i32).to_be_bytes());
        for (field, ty) in self.fields.iter().zip(self.types.iter()) {
            bytes.extend(ty.to_be_bytes());
            match field {
                Some(field) => {
                    bytes.extend((field.len() as i32).to_be_bytes());
                    bytes.extend_from_slice(field);
                }
                None => bytes.extend((-1_i32).to_be_bytes()),
            }
        }
        bytes.into()
    }

    /// The key of the row.
    pub(crate) fn key(&self) -> Result<Key, BadImage> {
        let field = |&field: &usize| self.fields.get(field)?.clone();
        self.layout.key.iter().map(|at| field(at).ok_or(BadImage::NullKey { field: *at })).collect()
    }

    /// The field of a column: nothing where the layout has no such column, else its value or NULL.
    pub(crate) fn field(&self, column: &str) -> Option<&Option<Bytes>> {
        self.fields.get(self.layout.position(column)?)
    }

    /// The field that stands at a place of another image's layout: by place where both have the same, else by name.
    pub(crate) fn field_of(&self, other: &Arc<Layout>, at: usize) -> Option<&Option<Bytes>> {
        if Arc::ptr_eq(&self.layout, other) {
            self.fields.get(at)
        } else {
            self.field(other.columns.get(at)?)
        }
    }

    /// Whether a column at a place of this image's layout has the same value in another image.
    ///
    /// A column that the other does not have is not the same.
    pub(crate) fn agrees(&self, other: &Self, at: usize) -> bool {
        other.field_of(&self.layout, at) == self.fields.get(at)
    }
}

/// Two images are the same where they have the same columns with the same values.
impl PartialEq for Image {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.fields.len() == other.fields.len()
                && (0..self.fields.len()).all(|at| self.agrees(other, at))
    }
}

impl Eq for Image {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layout(columns: usize) -> Arc<Layout> {
        let columns = (0..columns).map(|at| Arc::from(format!("c{at}"))).collect();
        Arc::new(Layout { table: 0, columns, key: vec![0] })
    }

    proptest! {
        #[test]
        fn an_image_comes_back(fields in prop::collection::vec(
            (any::<u32>(), prop::option::of(prop::collection::vec(any::<u8>(), 0..20))), 1..8
        )) {
            let layout = layout(fields.len());
            let types = fields.iter().map(|field| field.0).collect();
            let values: Vec<_> = fields.into_iter().map(|field| field.1.map(Bytes::from)).collect();
            let image = Image::new(layout.clone(), values, types);
            let bytes = image.to_bytes();
            let back = Image::parse(&layout, bytes.clone()).expect("it is one");
            prop_assert_eq!(&back, &image);
            prop_assert_eq!(&back.types, &image.types);
            prop_assert_eq!(back.key().is_ok(), image.fields[0].is_some());
            for end in 0..bytes.len() {
                prop_assert!(Image::parse(&layout, bytes.slice(..end)).is_err());
            }
            let longer = Bytes::from([&bytes[..], &[0]].concat());
            prop_assert_eq!(Image::parse(&layout, longer), Err(BadImage::Longer { bytes: 1 }));
        }

        #[test]
        fn no_bytes_are_too_bad(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Image::parse(&layout(2), bytes.into());
        }
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        let parse = |bytes: &[&[u8]]| Image::parse(&layout(1), Bytes::from(bytes.concat()));
        let one = &1_i32.to_be_bytes()[..];
        let ty = &23_u32.to_be_bytes()[..];
        let length = |length: i32| length.to_be_bytes();
        assert_eq!(parse(&[one, ty, &length(i32::MAX)]), Err(BadImage::CutOff { field: 0 }));
        assert_eq!(parse(&[one, ty, &length(-2)]), Err(BadImage::Length { field: 0, length: -2 }));
        let many = parse(&[&i32::MAX.to_be_bytes(), ty]);
        assert_eq!(many, Err(BadImage::Fields { found: i32::MAX, expected: 1 }));
        assert_eq!(parse(&[&length(-1)]), Err(BadImage::Fields { found: -1, expected: 1 }));
        assert_eq!(parse(&[]), Err(BadImage::CutOff { field: 0 }));
        let null = parse(&[one, ty, &length(-1)]).expect("a row of one NULL");
        assert_eq!(null.key(), Err(BadImage::NullKey { field: 0 }));
    }
}
