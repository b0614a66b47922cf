//! What can be wrong with the bytes of a model file.

/// Why bytes are not an embedder that this version can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedderError {
    /// The bytes do not begin as an embedder's model file does: another file was given.
    #[error("not an embedder's model file (it begins with other bytes)")]
    NotAnEmbedder,
    /// Made for another version of the format: remake the file with this version's recipe.
    #[error("the embedder's model file has format version {found}, this program reads {expected}")]
    OtherVersion {
        /// The version that the file states.
        found: u32,
        /// The version that this program reads.
        expected: u32,
    },
    /// The file is longer or shorter than it says: copy it again.
    #[error(
        "the embedder's model file is {found} bytes long where {expected} were to be (cut short?)"
    )]
    WrongLength {
        /// Bytes that the header promises.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// The content does not match its checksum: copy the file again.
    #[error("the embedder's model file is damaged (its checksum does not match)")]
    Damaged,
    /// The content contradicts itself: the recipe that wrote it is at fault.
    #[error("the embedder's model file makes no sense: {0}")]
    Inconsistent(&'static str),
}
