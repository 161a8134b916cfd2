use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a `file://` url takes for something else.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// The url of the database in a folder.
pub(super) fn folder_url(folder: &Path) -> Result<String, String> {
    let Some(path) = folder.to_str() else {
        return Err(format!("error: the folder's path {} is not UTF-8: choose another", folder.display()));
    };
    Ok(format!("file://{}", utf8_percent_encode(path, ESCAPED)))
}
