"""Who is who: people, projects and signing authorities, taken over from files."""
