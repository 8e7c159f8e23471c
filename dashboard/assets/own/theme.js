vuetifyThemes = { light: { dark: false, colors: {} }, dark: { dark: true, colors: {} } };
// Solara has no page for its own variant "auto", so the reader's wish is put in force here.
if (!localStorage.getItem(':solara:theme.variant')) {
    theme.variant = 'auto';
    if (inDarkMode()) { appContainer.classList.remove('theme--light'); appContainer.classList.add('theme--dark'); }
}
