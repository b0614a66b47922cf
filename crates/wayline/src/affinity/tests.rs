#[test]
fn builtin_is_valid() {
    let _ = super::AffinityModel::builtin();
}
