"""An add-on of somebody else who follows the published recipe."""
